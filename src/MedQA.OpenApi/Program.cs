using System.Text;
using MedQA.Files;
using MedQA.OpenApi;

// Writes the document to the file that the build names.
OutputFolder.Create(Path.GetDirectoryName(args[0])!);
OutputFile.WriteAllBytes(args[0], Encoding.UTF8.GetBytes(OpenApiDocument.Write()));
