<?php
header('Content-Type: text/plain');
echo '{version}';
