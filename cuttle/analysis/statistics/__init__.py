"""One statistic a file, each from a study to a plain result."""
