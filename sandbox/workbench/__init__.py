"""The pages: home, workbench, rule cards."""
