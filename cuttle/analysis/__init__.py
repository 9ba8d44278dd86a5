"""From run directories to statistics, figures, tables and reports. Reads only."""
