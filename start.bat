@echo off
rem Does on Windows what "make run" does elsewhere: environment, pinned packages, then the screens.
rem Not tested on a Windows machine yet; corrections are welcome.
setlocal
cd /d "%~dp0"

if exist ".venv\.regulars-run" if exist ".venv\Scripts\python.exe" goto open

set "FOUND="
for %%P in ("py -3.14" "py -3.13" "py -3.12" "py -3.11" "python") do (
    if not defined FOUND (
        %%~P -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "FOUND=%%~P"
    )
)
if not defined FOUND (
    echo Regulars needs Python 3.11 or newer. Install it with:  winget install Python.Python.3.13
    echo Then start this file again.
    pause
    exit /b 1
)

echo Getting ready ^(once; a minute or two^) ...
if exist .venv rmdir /s /q .venv
%FOUND% -m venv .venv || goto failed
set "PIP=.venv\Scripts\python.exe -m pip --disable-pip-version-check --no-input --quiet"
%PIP% install --constraint constraints.txt setuptools || goto failed
%PIP% install --constraint constraints.txt --no-build-isolation --editable . || goto failed
echo ready> ".venv\.regulars-run"

:open
.venv\Scripts\python.exe -m crm_core serve %*
if errorlevel 1 pause
exit /b %errorlevel%

:failed
echo The packages could not be installed. Is this computer online? Then start this file again.
pause
exit /b 1
