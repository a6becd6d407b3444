using System.IO.Compression;
using MedQA.Evaluation;
using MedQA.Files;

namespace MedQA.Cli.Runs;

/// <summary>The files of an archive that a service sends.</summary>
internal static class UnpackedArchive
{
    /// <summary>Writes the files below a folder; none outside it, whatever their names say.</summary>
    /// <param name="content">The archive.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="written">Is told each file's path.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <exception cref="InputException">The archive names a file outside the folder, or is none.</exception>
    public static async Task WriteAsync(Stream content, string folder, Action<string> written, CancellationToken cancellationToken)
    {
        await using var spool = OutputFile.OpenTemporary();
        await content.CopyToAsync(spool, cancellationToken);
        spool.Position = 0;
        try
        {
            await using var archive = await ZipArchive.CreateAsync(spool, ZipArchiveMode.Read, leaveOpen: true, null, cancellationToken);
            var below = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar;
            if (archive.Entries.FirstOrDefault(entry => !PathOf(entry).StartsWith(below, StringComparison.Ordinal)) is { } outside)
            {
                throw new InputException($"The service names a file outside the folder: {outside.FullName}.");
            }

            foreach (var entry in archive.Entries)
            {
                var path = PathOf(entry);
                OutputFolder.Create(Path.GetDirectoryName(path)!);
                await using var file = await entry.OpenAsync(cancellationToken);
                await OutputFile.WriteAsync(path, stream => file.CopyToAsync(stream, cancellationToken));
                written(path);
            }

            string PathOf(ZipArchiveEntry entry) => Path.GetFullPath(Path.Combine(below, entry.FullName));
        }
        catch (InvalidDataException damaged)
        {
            throw new InputException($"The service sent a damaged archive: {damaged.Message}", damaged);
        }
    }
}
