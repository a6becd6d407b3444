using System.Text;
using MedQA.Cli.Settings;
using MedQA.Files;

namespace MedQA.Cli.Runs;

/// <summary>
/// Names of this machine's storage for shell completion, which waits for them on every key press and must not start an emulator: each list
/// is a file of the data folder.
/// </summary>
/// <param name="fileName">The file's name.</param>
internal sealed class KnownNames(string fileName)
{
    /// <summary>Saves the names. If that fails, nothing is completed, but the command continues.</summary>
    public void Keep(HostSettings settings, IEnumerable<string> names)
    {
        if (settings.Storage is not null || settings.Endpoint is not null)
        {
            return;
        }

        string[] wanted = [.. names];
        if (wanted.AsSpan().SequenceEqual(Kept(settings)))
        {
            return;
        }

        try
        {
            OutputFile.WriteAllBytes(FileOf(settings), Encoding.UTF8.GetBytes(string.Join('\n', wanted)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The disk is full, or the folder belongs to another user.
        }
    }

    /// <summary>Returns the names that were saved last.</summary>
    public string[] Kept(HostSettings settings)
    {
        try
        {
            return settings.Storage is null && RegularFile.KindOf(FileOf(settings)) == PathKind.File
                ? Encoding.UTF8.GetString(RegularFile.ReadAllBytes(FileOf(settings))).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private string FileOf(HostSettings settings) => Path.Combine(settings.DataFolder, fileName);
}
