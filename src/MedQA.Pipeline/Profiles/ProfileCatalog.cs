using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;

namespace MedQA.Pipeline.Profiles;

/// <summary>What became of a request to store or to remove a profile.</summary>
public enum ProfileChange
{
    /// <summary>It is done.</summary>
    Done,

    /// <summary>The name is that of a profile of the host, which cannot be changed.</summary>
    OfHost,

    /// <summary>There is no such profile.</summary>
    Unknown,

    /// <summary>There are <see cref="ProfileStore.MaxProfiles"/> others.</summary>
    Full,

    /// <summary>The name says a variation of another profile, and this is not that one.</summary>
    OtherVariation,

    /// <summary>A profile is stored whose name would say a variation of this one, and it is not that one.</summary>
    NameInUse,
}

/// <summary>
/// All profiles that question sets can name. A name is looked for among the profiles of the host; then it can say a
/// <see cref="ProfileVariation"/> of another profile; then it is looked for among the stored profiles, and last among those that earlier
/// versions saved. So what a name says of a profile that is there goes before whatever is stored under the name.
/// </summary>
/// <param name="host">The profiles of the host: built in, and from its files.</param>
/// <param name="stored">The profiles that callers have stored; <see langword="null"/> without a storage.</param>
/// <param name="earlier">Profiles that earlier versions saved, variations among them; <see langword="null"/> for none.</param>
public sealed class ProfileCatalog(IProfileSource host, ProfileStore? stored = null, ProfileFolder? earlier = null)
{
    /// <summary>
    /// Returns the profile of a name, or <see langword="null"/>. A variation has its own name, however the given one spells it.
    /// </summary>
    /// <exception cref="InputException">There is one of that name, but it cannot be used.</exception>
    public Task<Profile?> FindAsync(string name, CancellationToken cancellationToken) =>
        FindAsync(name, null, null, null, cancellationToken);

    /// <summary>Returns the profile that a caller means, or <see langword="null"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="hash">
    /// Its hash (<see cref="CanonicalJson.HashOf"/>), or that of a profile that the name says a variation of: then it is found even if
    /// another profile has taken its name. <see langword="null"/> for the profile that has the name now.
    /// </param>
    /// <param name="samples">Samples in place of its own; <see langword="null"/> for its own.</param>
    /// <param name="seed">The seed in place of its own; <see langword="null"/> for its own.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="InputException">There is one, but it cannot be used, or it does not allow these samples or this seed.</exception>
    public async Task<Profile?> FindAsync(string name, string? hash, int? samples, long? seed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return await (hash is null ? FindVariedAsync(name, cancellationToken) : FindVariedAsync(name, hash, cancellationToken)) is { } found
            ? ToProfile(found with { Samples = samples ?? found.Samples, Seed = seed ?? found.Seed })
            : null;
    }

    /// <summary>Returns the same profiles, with others of the host.</summary>
    /// <param name="profiles">The host's profiles; <see langword="null"/> for the same.</param>
    public ProfileCatalog With(IProfileSource? profiles) => profiles is null ? this : new ProfileCatalog(profiles, stored, earlier);

    /// <summary>The names of the host's profiles, which cannot be stored or deleted.</summary>
    public IReadOnlyList<string> NamesOfHost => host.Names;

    /// <summary>
    /// Returns every profile that can be used, in the order in which people should see them, without variations of others. What cannot be
    /// used keeps none of the others away.
    /// </summary>
    /// <param name="unusable">Is told of each that cannot be used; the fault names it.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<IReadOnlyList<Profile>> ListAsync(Action<InputException> unusable, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(unusable);
        var own = stored is null ? [] : await stored.NamesAsync(cancellationToken);
        var names = host.Names.Union(own.Union(earlier?.Names ?? []).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        var profiles = new List<Profile>();
        foreach (var (profile, fault) in await Task.WhenAll(names.Select(name => TryListAsync(name, cancellationToken))))
        {
            if (fault is not null)
            {
                unusable(fault);
            }
            else if (profile is not null)
            {
                profiles.Add(profile);
            }
        }

        return profiles;
    }

    /// <summary>Returns the names of all profiles that can be used.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(static _ => { }, cancellationToken)).Select(static profile => profile.Name)];

    /// <summary>Stores a profile for all hosts of the storage; one of its name that was stored before is replaced.</summary>
    /// <exception cref="InvalidOperationException">There is no storage.</exception>
    public async Task<ProfileChange> PutAsync(Profile profile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (NamesOfHost.Contains(profile.Name))
        {
            return ProfileChange.OfHost;
        }

        if (await SaysOtherAsync(this, profile, cancellationToken) is { } isOther)
        {
            // An exact variation is known without being stored.
            return isOther ? ProfileChange.OtherVariation : await KeepAsync();
        }

        if (await IsNameInUseAsync(profile, cancellationToken))
        {
            return ProfileChange.NameInUse;
        }

        return await Stored.TryPutAsync(profile, cancellationToken) ? await KeepAsync() : ProfileChange.Full;

        async Task<ProfileChange> KeepAsync()
        {
            // Whoever starts a run of it finds it, although another may be stored under its name meanwhile.
            await Stored.KeepAsync(profile, cancellationToken);
            return ProfileChange.Done;
        }
    }

    /// <summary>
    /// Keeps a profile for callers that state its hash. It is not listed, and what is stored under its name stays as it is.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <param name="further">Further profiles of the host: those of its further models.</param>
    /// <exception cref="InvalidOperationException">There is no storage.</exception>
    public async Task<ProfileChange> PutUnlistedAsync(
        Profile profile, CancellationToken cancellationToken, params IEnumerable<IProfileSource> further)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var own = further.Prepend(host).Where(source => source.Names.Contains(profile.Name)).ToList();
        if (own.Count > 0 && !own.Exists(source => AreSame(source.Find(profile.Name), profile)))
        {
            return ProfileChange.OfHost;
        }

        // What others have stored refuses nobody; the host's profiles are everybody's.
        if (await SaysOtherAsync(new ProfileCatalog(host), profile, cancellationToken) == true)
        {
            return ProfileChange.OtherVariation;
        }

        await Stored.KeepAsync(profile, cancellationToken);
        return ProfileChange.Done;
    }

    /// <summary>Removes a profile that was stored, also by an earlier version. Runs keep theirs.</summary>
    /// <exception cref="InvalidOperationException">There is no storage.</exception>
    /// <exception cref="InputException">The file of an earlier version cannot be deleted.</exception>
    public async Task<ProfileChange> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var (wasStored, wasSaved) = (await Stored.DeleteAsync(name, cancellationToken), earlier?.Delete(name) == true);
        return wasStored || wasSaved ? ProfileChange.Done
            : NamesOfHost.Contains(name) ? ProfileChange.OfHost
            : ProfileChange.Unknown;
    }

    private ProfileStore Stored => stored ?? throw new InvalidOperationException("This catalog of profiles has no storage.");

    /// <summary>The stored or saved profile of a name, without regard to what the name says.</summary>
    private async Task<Profile?> FindStoredAsync(string name, CancellationToken cancellationToken) =>
        (stored is null ? null : await stored.FindAsync(name, cancellationToken)) ?? earlier?.Find(name);

    private async Task<Varied?> FindVariedAsync(string name, CancellationToken cancellationToken) =>
        host.Find(name) is { } own && !await IsSaidAsync(own, cancellationToken) ? new Varied(own)
            : await FindSaidAsync(name, cancellationToken)
                ?? (await FindStoredAsync(name, cancellationToken) is { } profile ? new Varied(profile) : null);

    /// <summary>The variation that a name says, if the profile is there that it varies.</summary>
    private async Task<Varied?> FindSaidAsync(string name, CancellationToken cancellationToken) =>
        name.Length <= ProfileVariation.MaxNameLength
        && ProfileVariation.SaidBy(name) is { } said
        && await FindVariedAsync(said.Varied, cancellationToken) is { } varied
            ? varied.With(said)
            : null;

    private async Task<Varied?> FindVariedAsync(string name, string hash, CancellationToken cancellationToken)
    {
        if (name.Length > ProfileVariation.MaxNameLength)
        {
            return null;
        }

        if (await HasNowAsync(name, hash, cancellationToken) is { } found)
        {
            return found;
        }

        if (stored is not null && await stored.FindKeptAsync(name, hash, cancellationToken) is { } kept)
        {
            return new Varied(kept);
        }

        return ProfileVariation.SaidBy(name) is { } said && await FindVariedAsync(said.Varied, hash, cancellationToken) is { } varied
            ? varied.With(said)
            : null;
    }

    /// <summary>What has a name now, if it has a hash.</summary>
    private async Task<Varied?> HasNowAsync(string name, string hash, CancellationToken cancellationToken)
    {
        try
        {
            return await FindVariedAsync(name, cancellationToken) is { } found && CanonicalJson.HashOf(ToProfile(found)) == hash
                ? found
                : null;
        }
        catch (InputException)
        {
            // What has the name now cannot be used: it is not what the caller has seen.
            return null;
        }
    }

    /// <exception cref="InputException">The profile does not allow the variation, or the variation's name is that of another.</exception>
    private Profile ToProfile(Varied varied)
    {
        var profile = ProfileVariation.Of(varied.Root, varied.Samples, varied.Seed);
        return profile.Name == varied.Root.Name || host.Find(profile.Name) is not { } own || AreSame(own, profile)
            ? profile
            : throw ProfileFault.Of(
                varied.Root.Name,
                null,
                $"these samples and this seed have the name '{profile.Name}', which another profile has. Give that profile another name.");
    }

    /// <summary>A profile for the list; <see langword="null"/> for a variation, and where there is none.</summary>
    private async Task<(Profile? Profile, InputException? Fault)> TryListAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            if (host.Find(name) is { } own)
            {
                return (await IsSaidAsync(own, cancellationToken) ? null : own, null);
            }

            if (await FindSaidAsync(name, cancellationToken) is not { } said)
            {
                return (await FindStoredAsync(name, cancellationToken), null);
            }

            // Older versions stored variations, which are not listed. Anything else under such a name is hidden by what the name says.
            return stored is null
                || await stored.FindAsync(name, cancellationToken) is not { } hidden
                || AreSame(ToProfile(said) with { Name = name }, hidden)
                    ? (null, null)
                    : (null, ProfileFault.Of(
                        name,
                        "name",
                        $"says a variation of profile '{said.Root.Name}', so the other profile that is stored under this name is not used. "
                            + "Delete it, or store it under another name."));
        }
        catch (InputException exception)
        {
            return (null, exception);
        }
    }

    /// <summary>Whether a profile is exactly what its name says of another one.</summary>
    private async Task<bool> IsSaidAsync(Profile profile, CancellationToken cancellationToken) =>
        await SaysOtherAsync(this, profile, cancellationToken) == false;

    /// <summary>Whether a profile's name says a variation that the profile is not; <see langword="null"/> where it says none.</summary>
    private static async Task<bool?> SaysOtherAsync(ProfileCatalog known, Profile profile, CancellationToken cancellationToken)
    {
        try
        {
            return await known.FindSaidAsync(profile.Name, cancellationToken) is { } said
                ? !AreSame(known.ToProfile(said) with { Name = profile.Name }, profile)
                : null;
        }
        catch (InputException)
        {
            // There is such a profile, and it cannot be varied so.
            return true;
        }
    }

    /// <summary>Whether a profile is stored whose name would say a variation of a new one, and which is not that variation.</summary>
    private async Task<bool> IsNameInUseAsync(Profile profile, CancellationToken cancellationToken)
    {
        var names = await Stored.NamesAsync(cancellationToken);
        foreach (var name in names.Contains(profile.Name) ? [] : names)
        {
            if (SaidOf(profile, name) is { } said && !await IsStoredAsync(name, said))
            {
                return true;
            }
        }

        return false;

        static Varied? SaidOf(Profile profile, string name) =>
            ProfileVariation.SaidBy(name) is not { } said ? null
            : said.Varied == profile.Name ? new Varied(profile).With(said)
            : SaidOf(profile, said.Varied)?.With(said);

        async Task<bool> IsStoredAsync(string name, Varied said)
        {
            try
            {
                return AreSame(
                    await Stored.FindAsync(name, cancellationToken),
                    ProfileVariation.Of(said.Root, said.Samples, said.Seed) with { Name = name });
            }
            catch (InputException)
            {
                // One of the two cannot be used, so they are not the same.
                return false;
            }
        }
    }

    private static bool AreSame(Profile? one, Profile other) =>
        one is not null && CanonicalJson.Of(one).AsSpan().SequenceEqual(CanonicalJson.Of(other));

    /// <summary>A profile, and what is to differ from it.</summary>
    private sealed record Varied(Profile Root, int? Samples = null, long? Seed = null)
    {
        /// <summary>The same with what a name says, which counts more than what the rest of the name says.</summary>
        public Varied With((string Varied, int? Samples, long? Seed) said) =>
            this with { Samples = said.Samples ?? Samples, Seed = said.Seed ?? Seed };
    }
}
