"""What the commands are made of: options, console, and one module for each group of jobs."""
