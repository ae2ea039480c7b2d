<!doctype html><h1>version {version}</h1>
@foreach ($notes as $note)
<p>{{ $note->text }}</p>
@endforeach
<p>remembered: {{ implode(' ', $remembered) }}</p>
