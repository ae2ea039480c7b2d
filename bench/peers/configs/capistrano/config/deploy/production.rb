# On this host, without ssh.
set :sshkit_backend, SSHKit::Backend::Local
server "localhost", roles: %w[app]
