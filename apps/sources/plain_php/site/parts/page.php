<?php
// Part of version {version}.
function page(string $title, string $text): void
{
    echo '<!doctype html><h1>', htmlspecialchars($title), '</h1><pre>', htmlspecialchars($text), '</pre>';
}

function fail(string $why): void
{
    http_response_code(500);
    exit($why);
}

function done(string $where): void
{
    exit("kept: $where");
}
