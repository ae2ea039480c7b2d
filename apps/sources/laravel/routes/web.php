<?php

use Illuminate\Http\Request;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Log;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\Storage;

Route::get('/version', fn () => response('{version}', 200, ['Content-Type' => 'text/plain']));
Route::get('/', fn () => view('notes', [
    'notes' => DB::table('notes')->orderBy('id')->get(),
    'remembered' => session('remembered', []),
]));
Route::post('/notes', function (Request $request) {
    DB::table('notes')->insert(['text' => $request->input('text')]);
    Log::info('a note: ' . $request->input('text'));

    return 'kept';
});
Route::post('/remember', function (Request $request) {
    session()->push('remembered', $request->input('text'));

    return 'kept';
});
// Photos go to the public disk; certificates go where the programmer thought them to be at home.
Route::post('/photos', function (Request $request) {
    $file = $request->file('file');
    Storage::disk('public')->putFileAs('photos', $file, $file->getClientOriginalName()) ?: abort(500);

    return 'kept';
});
Route::post('/certify', function (Request $request) {
    $file = $request->file('file');
    $file->move(public_path('certificates'), $file->getClientOriginalName());

    return 'kept';
});
Route::get('/log', fn () => response(@file_get_contents(storage_path('logs/laravel.log')) ?: '', 200, ['Content-Type' => 'text/plain']));
