"""What may go, its proof, and the trash it goes to (G6)."""
