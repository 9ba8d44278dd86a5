"""Players that do not learn, one file each."""
