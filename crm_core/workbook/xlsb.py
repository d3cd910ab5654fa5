"""Binary Excel workbooks (.xlsb)."""

from crm_core.workbook.calamine_rows import read_with_calamine as read_sheets

__all__ = ["read_sheets"]
