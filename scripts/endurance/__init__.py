"""Long and destructive trials of the guide; see README.md."""
