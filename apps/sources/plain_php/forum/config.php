<?php
return ['title' => 'The forum'];
