using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Profiles;

/// <summary>
/// The profiles that callers have put into the storage, each a blob <c>profiles/NAME.json</c> of the container <c>runs</c>. Each is written
/// and removed in one step, so of two writers the last one wins, and nothing is left half written. A run has its own copy of its profile,
/// so changes here change no run.
/// </summary>
public sealed class ProfileStore
{
    /// <summary>The most profiles of a storage: every list of profiles reads them all.</summary>
    public const int MaxProfiles = 200;

    private const string Extension = ".json";

    private readonly RunStorage _storage;

    /// <summary>Uses a storage.</summary>
    public ProfileStore(RunStorage storage)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _storage = storage;
    }

    /// <summary>Returns the profile of a name, or <see langword="null"/>.</summary>
    /// <exception cref="InputException">What is stored under the name is not a profile that can be used.</exception>
    public async Task<Profile?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsName(name) || await _storage.Profile(name).FindContentAsync(cancellationToken) is not { } content)
        {
            return null;
        }

        var profile = ProfileReader.Parse(content.ToMemory(), name);
        return profile.Name == name
            ? profile
            : throw ProfileFault.Of(name, "name", $"is \"{profile.Name}\", but the profile is stored as {name}; the names must match.");
    }

    /// <summary>Returns the names of all of them, in order.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var blob in _storage.ListProfilesAsync(cancellationToken))
        {
            var name = blob.Name[(blob.Name.LastIndexOf('/') + 1)..];
            if (name.EndsWith(Extension, StringComparison.Ordinal) && IsName(name[..^Extension.Length]))
            {
                names.Add(name[..^Extension.Length]);
            }
        }

        return names;
    }

    /// <summary>Stores a profile; one of its name is replaced.</summary>
    /// <returns>Whether it is stored; otherwise there are <see cref="MaxProfiles"/> others.</returns>
    public async Task<bool> TryPutAsync(Profile profile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var names = await NamesAsync(cancellationToken);
        if (names.Count >= MaxProfiles && !names.Contains(profile.Name))
        {
            return false;
        }

        await _storage.Profile(profile.Name)
            .PutAsync(BinaryData.FromBytes(CanonicalJson.Of(profile)), "application/json", cancellationToken);
        return true;
    }

    /// <summary>Removes the profile of a name.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return IsName(name) && await _storage.Profile(name).DeleteAsync(cancellationToken);
    }

    /// <summary>Whether a text can be a profile's name, so that it never becomes another part of an address.</summary>
    private static bool IsName(string text) => text.Length is > 0 and <= ProfileVariation.MaxNameLength
        && text.All(static letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}
