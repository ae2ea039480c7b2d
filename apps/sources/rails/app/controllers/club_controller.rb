class ClubController < ActionController::Base
  skip_forgery_protection

  def version
    render plain: "{version}"
  end

  def upload
    file = params[:file]
    folder = Rails.public_path.join("uploads")
    FileUtils.mkdir_p(folder)
    File.binwrite(folder.join(File.basename(file.original_filename)), file.read)
    render plain: "kept"
  end

  def uploads
    path = Rails.public_path.join("uploads", File.basename(params[:name]))
    File.exist?(path) ? send_file(path, disposition: "inline") : head(:not_found)
  end

  def notes
    render plain: Note.order(:id).pluck(:text).join("\n")
  end

  def note
    Note.create!(text: params[:text])
    render plain: "kept"
  end
end
