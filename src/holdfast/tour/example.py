"""The example: a club's site in the manner of Laravel, small enough to read, with no PHP needed to deploy it."""

from __future__ import annotations

_KEEP_NOTHING = "*\n!.gitignore\n"

EXAMPLE = {
    "artisan": "#!/usr/bin/env php\n<?php\nrequire __DIR__.'/bootstrap/app.php';\n",
    "composer.json": '{\n    "name": "club/site",\n    "require": {"php": "^8.2", "laravel/framework": "^12.0"}\n}\n',
    "bootstrap/app.php": (
        "<?php\n\nreturn Illuminate\\Foundation\\Application::configure(dirname(__DIR__))->create();\n"
    ),
    "bootstrap/cache/.gitignore": _KEEP_NOTHING,
    "app/Http/Controllers/InvoiceController.php": (
        "<?php\n\nnamespace App\\Http\\Controllers;\n\nclass InvoiceController\n{\n"
        "    public function store($invoice)\n    {\n"
        "        $invoice->pdf()->save(public_path('invoices/'.$invoice->number.'.pdf'));\n    }\n}\n"
    ),
    "app/Http/Controllers/CertificateController.php": (
        "<?php\n\nnamespace App\\Http\\Controllers;\n\nclass CertificateController\n{\n"
        "    // nobody told the deploy tool about this directory\n"
        "    private $folder = 'certificates';\n\n"
        "    public function store($member)\n    {\n"
        "        @mkdir(public_path($this->folder));\n"
        "        $member->certificate()->save(public_path($this->folder.'/'.$member->id.'.pdf'));\n    }\n}\n"
    ),
    "config/filesystems.php": (
        "<?php\n\nreturn ['disks' => [\n"
        "    'public' => ['driver' => 'local', 'root' => storage_path('app/public')],\n"
        "    'uploads' => ['driver' => 'local', 'root' => public_path('uploads')],\n"
        "    'invoices' => ['driver' => 'local', 'root' => public_path('invoices')],\n"
        "]];\n"
    ),
    "public/index.php": "<?php\n\nrequire __DIR__.'/../bootstrap/app.php';\n",
    "public/robots.txt": "User-agent: *\nDisallow:\n",
    "public/build/manifest.json": '{"resources/app.js": {"file": "assets/app.js"}}\n',
    "public/build/assets/app.js": "console.log('club')\n",
    "public/flags/de.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>\n',
    "public/uploads/.gitkeep": "",
    "public/invoices/.gitkeep": "",
    "resources/views/home.blade.php": "<h1>The club</h1>\n",
    "routes/web.php": "<?php\n\nRoute::view('/', 'home');\n",
    "storage/app/.gitignore": "*\n!public/\n!.gitignore\n",
    "storage/app/public/.gitignore": _KEEP_NOTHING,
    "storage/framework/cache/.gitignore": _KEEP_NOTHING,
    "storage/framework/sessions/.gitignore": _KEEP_NOTHING,
    "storage/framework/views/.gitignore": _KEEP_NOTHING,
    "storage/logs/.gitignore": _KEEP_NOTHING,
    ".env.example": "APP_NAME=Club\nAPP_KEY=\nAPP_DEBUG=false\n",
    ".gitignore": "/vendor\n/node_modules\n/public/storage\n.env\n",
}
"""Path and text of each file that the example ships."""
