"""The schema of the config: type, range, meaning and role of every key. Defaults live in conf/."""
