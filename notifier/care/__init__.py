"""Care of data: backups and what is put back from them, how long things are kept, what is handed out and deleted."""
