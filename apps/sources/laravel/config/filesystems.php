<?php

return [
    'default' => 'local',
    'disks' => [
        'local' => ['driver' => 'local', 'root' => storage_path('app')],
        'public' => [
            'driver' => 'local', 'root' => storage_path('app/public'), 'visibility' => 'public',
            // who deploys shares a group with the web server's user, and has to be able to move what that one makes
            'permissions' => ['file' => ['public' => 0664], 'dir' => ['public' => 02775]],
        ],
    ],
    'links' => [public_path('storage') => storage_path('app/public')],
];
