"""The pages of courses. Each docstring names the template and its context."""
