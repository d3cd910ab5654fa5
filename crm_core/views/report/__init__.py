"""The managers' report as a workbook."""
