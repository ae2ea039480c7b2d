Rails.application.routes.draw do
  get "/version", to: "club#version"
  post "/upload", to: "club#upload"
  get "/uploads/*name", to: "club#uploads", format: false
  get "/notes", to: "club#notes"
  post "/notes", to: "club#note"
end
