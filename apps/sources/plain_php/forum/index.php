<?php
// A forum that somebody put here by FTP: posts in SQLite, avatars and settings beside the programs.
$settings = require __DIR__ . '/config.php';
$database = new PDO('sqlite:' . __DIR__ . '/data/forum.sqlite');
$database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$database->exec('PRAGMA journal_mode=WAL; PRAGMA busy_timeout=5000');
$database->exec('CREATE TABLE IF NOT EXISTS posts (id INTEGER PRIMARY KEY, text TEXT)');

if (isset($_POST['post'])) {
    $database->prepare('INSERT INTO posts (text) VALUES (?)')->execute([$_POST['post']]);
    exit('kept');
}
if (isset($_POST['title'])) {
    $text = "<?php\nreturn " . var_export(['title' => $_POST['title']], true) . ";\n";
    if (file_put_contents(__DIR__ . '/config.php', $text, LOCK_EX) === false) {
        http_response_code(500);
        exit('the settings could not be kept');
    }
    exit('kept');
}
if (isset($_FILES['avatar'])) {
    $name = __DIR__ . '/avatars/' . basename($_FILES['avatar']['name']);
    if (!move_uploaded_file($_FILES['avatar']['tmp_name'], $name)) {
        http_response_code(500);
        exit('the avatar could not be kept');
    }
    exit('kept');
}
echo '<!doctype html><h1>', htmlspecialchars($settings['title']), '</h1><pre>';
foreach ($database->query('SELECT text FROM posts ORDER BY id') as $row) {
    echo htmlspecialchars($row['text']), "\n";
}
