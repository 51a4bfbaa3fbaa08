"""What every concern uses: processes, packages, the product, the report."""
