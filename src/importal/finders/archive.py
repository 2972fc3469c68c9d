"""Finding modules in zip archives."""
import zipimport
zip_hook = zipimport.zipimporter
