"""The report: one HTML page that needs nothing else. Formats results, computes none."""
