"""The report: one self-contained HTML page. Formats results, computes none."""
