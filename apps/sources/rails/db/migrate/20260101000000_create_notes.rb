class CreateNotes < ActiveRecord::Migration[6.1]
  def change
    create_table(:notes) { |table| table.string :text }
  end
end
