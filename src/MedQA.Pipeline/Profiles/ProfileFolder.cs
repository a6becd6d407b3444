using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Evaluation.Strategies;
using MedQA.Files;
using MedQA.Pipeline.Tracing;

namespace MedQA.Pipeline.Profiles;

/// <summary>
/// The built-in profiles, and those of folders: <c>name.json</c> holds the profile <c>name</c>. A file goes before a built-in profile of
/// its name, and a file of an earlier folder before one of a later.
/// </summary>
public sealed class ProfileFolder : IProfileSource
{
    private readonly ImmutableArray<string?> _folders;

    /// <summary>Uses folders, none of which need exist.</summary>
    /// <param name="folder">The first folder; <see langword="null"/> for none.</param>
    /// <param name="more">Further folders, in the order in which a name is looked for.</param>
    public ProfileFolder(string? folder, params ReadOnlySpan<string?> more) => _folders = [folder, .. more];

    /// <inheritdoc/>
    public IReadOnlyList<string> Names =>
    [
        .. BuiltInProfiles.All.Select(static profile => profile.Name)
            .Union(Files()
                .Select(static file => Path.GetFileNameWithoutExtension(file))
                .Order(StringComparer.Ordinal), StringComparer.Ordinal),
    ];

    /// <inheritdoc/>
    public Profile? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);

        // Compared with the names that are there, so that a name never becomes a path.
        if (Files().FirstOrDefault(file => Path.GetFileNameWithoutExtension(file) == name) is not { } path)
        {
            return BuiltInProfiles.Find(name);
        }

        // The folder is the host's own affair: what is said of a file goes to callers of the service, too.
        var file = Path.GetFileName(path);
        var profile = ProfileReader.Parse(Read(path, file), file);
        return profile.Name == name
            ? profile
            : throw ProfileFault.Of(file, "name", $"is \"{profile.Name}\", but the file is named {name}.json; the names must match.");
    }

    /// <summary>Deletes the files of a name.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="InputException">One cannot be deleted.</exception>
    public bool Delete(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var files = Files().Where(file => Path.GetFileNameWithoutExtension(file) == name).ToList();
        try
        {
            files.ForEach(File.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ProfileFault.Of($"{name}.json", null, $"the file cannot be deleted: {FaultText.MessageOf(exception)}", exception);
        }

        return files.Count > 0;
    }

    private static byte[] Read(string path, string file)
    {
        try
        {
            return RegularFile.ReadAllBytes(path);
        }
        catch (PathException exception)
        {
            throw ProfileFault.Of(file, null, $"{exception.Problem}. {exception.Remedy}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw ProfileFault.Of(file, null, $"the file cannot be read: {FaultText.MessageOf(exception)}", exception);
        }
    }

    private IEnumerable<string> Files() => _folders
        .Where(static folder => folder is not null && Directory.Exists(folder))
        .SelectMany(static folder => Directory.EnumerateFiles(folder!, "*.json"));
}
