<?php
// The club's own pages: a guest book in a file beside them, and photos in a directory that nobody shipped.
require __DIR__ . '/parts/page.php';

if (isset($_FILES['photo'])) {
    $folder = __DIR__ . '/photos/' . date('Y');
    if (!is_dir($folder) && !mkdir($folder, 0777, true) && !is_dir($folder)) {
        fail('no directory for photos');
    }
    $name = basename($_FILES['photo']['name']);
    if (!move_uploaded_file($_FILES['photo']['tmp_name'], "$folder/$name")) {
        fail('the photo could not be kept');
    }
    done('photos/' . date('Y') . "/$name");
}
if (isset($_POST['entry'])) {
    if (file_put_contents(__DIR__ . '/guestbook.txt', $_POST['entry'] . "\n", FILE_APPEND | LOCK_EX) === false) {
        fail('the guest book could not be written');
    }
    done('index.php');
}
page('version {version}', is_file(__DIR__ . '/guestbook.txt') ? file_get_contents(__DIR__ . '/guestbook.txt') : '');
