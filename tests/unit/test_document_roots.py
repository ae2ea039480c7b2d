"""What web servers of this host serve, read from their configuration."""

from __future__ import annotations

import pytest

from holdfast_engine.fs import document_roots

WRITTEN = {
    "nginx": ("server {\n  # root /srv/old;\n  root /srv/club/current/public;\n}\n", ["/srv/club/current/public"]),
    "nginx, in one line": ("server { listen 80; root /srv/a; }\nserver { root '/srv/b c'; }\n", ["/srv/a", "/srv/b c"]),
    "nginx, by a variable": ("server { root $base/public; set $root /srv/x; }\n", []),
    "Apache": ('<VirtualHost *:80>\n  DocumentRoot "/srv/club/public/"\n</VirtualHost>\n', ["/srv/club/public"]),
    "Apache, without quotes": ("documentroot /srv/club\n#DocumentRoot /srv/old\n", ["/srv/club"]),
    "Caddy": ("club.example {\n  root * /srv/club/current\n  file_server\n}\n", ["/srv/club/current"]),
    "neither": ("error_log /var/log/root;\nproxy_pass http://localhost;\n", []),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_each_server_writes_its_document_root_in_its_own_way(tmp_path, monkeypatch, how):
    """As they are declared; a comment declares nothing, and what cannot be known is not guessed."""
    text, wanted = WRITTEN[how]
    (tmp_path / "host.conf").write_text(text)
    monkeypatch.setattr(document_roots, "HOST_FILES", (f"{tmp_path}/*.conf", f"{tmp_path}/nowhere/*"))
    found = document_roots.declared()
    assert [one.path for one in found] == wanted
    assert {one.file for one in found} <= {str(tmp_path / "host.conf")}
