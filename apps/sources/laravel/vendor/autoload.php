<?php
// What composer would write: here the framework is Debian's package, and the application's own classes lie in app/.
set_include_path('/usr/share/php');
require_once 'Illuminate/autoload.php';
require_once '/usr/share/php/Illuminate/Foundation/helpers.php';
spl_autoload_register(function (string $class): void {
    if (str_starts_with($class, 'App\\')) {
        require __DIR__ . '/../app/' . str_replace('\\', '/', substr($class, 4)) . '.php';
    }
});
