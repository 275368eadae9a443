"""Who is active, whose voice it is, and whose turn it was."""
