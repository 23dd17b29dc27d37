"""What `./dev check` runs: linters, types, import rules, the template and its build, the tree's own rules."""
