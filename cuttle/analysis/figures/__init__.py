"""One figure a file: draw(study) -> Figure."""
