using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Profiles;

/// <summary>
/// The profiles that callers have put into the storage, each a blob <c>profiles/NAME.json</c> of the container <c>runs</c>. Each is written
/// and removed in one step, so of two writers the last one wins, and nothing is left half written. A run has its own copy of its profile,
/// so changes here change no run. Under <c>profile-contents/HASH.json</c> it keeps profiles of the last days by their content, so that
/// whoever states the hash of one gets that one, whatever the others have put under its name.
/// </summary>
public sealed class ProfileStore
{
    /// <summary>The most profiles of a storage: every list of profiles reads them all.</summary>
    public const int MaxProfiles = 200;

    /// <summary>How long a profile is found by its hash after it was last put.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private const string Extension = ".json";

    private readonly RunStorage _storage;
    private readonly TimeProvider _time;

    /// <summary>Uses a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="time">The clock; <see langword="null"/> for the system's.</param>
    public ProfileStore(RunStorage storage, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(storage);
        (_storage, _time) = (storage, time ?? TimeProvider.System);
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

    /// <summary>Keeps a profile by its hash, and removes those that were not put for long.</summary>
    public async Task KeepAsync(Profile profile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        await _storage.KeptProfile(CanonicalJson.HashOf(profile))
            .PutAsync(BinaryData.FromBytes(CanonicalJson.Of(profile)), "application/json", cancellationToken);
        var before = _time.GetUtcNow() - KeptFor;
        await foreach (var blob in _storage.ListKeptProfilesAsync(cancellationToken))
        {
            // One that is put again meanwhile is not old.
            if (blob.Written < before)
            {
                await _storage.RunBlob(blob.Name).TryDeleteAsync(blob.Version, cancellationToken);
            }
        }
    }

    /// <summary>Returns the profile of a name that is kept by its hash, or <see langword="null"/>.</summary>
    /// <exception cref="InputException">What is kept is not a profile that can be used.</exception>
    public async Task<Profile?> FindKeptAsync(string name, string hash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(hash);
        return IsHash(hash)
            && await _storage.KeptProfile(hash).FindContentAsync(cancellationToken) is { } content
            && ProfileReader.Parse(content.ToMemory(), name) is { } profile
            && profile.Name == name
                ? profile
                : null;
    }

    /// <summary>Whether a text can be a profile's hash: 64 lower-case hexadecimal digits.</summary>
    public static bool IsHash(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
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
