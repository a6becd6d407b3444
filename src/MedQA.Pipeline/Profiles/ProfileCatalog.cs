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
}

/// <summary>
/// All profiles that question sets can name. A name is looked for among the profiles of the host and then of the storage; then it can say a
/// <see cref="ProfileVariation"/> of another profile; last it is looked for among the profiles that earlier versions saved.
/// </summary>
/// <param name="host">The profiles of the host: built in, and from its files.</param>
/// <param name="stored">The profiles that callers have stored; <see langword="null"/> without a storage.</param>
/// <param name="earlier">Profiles that earlier versions saved, variations among them; <see langword="null"/> for none.</param>
public sealed class ProfileCatalog(IProfileSource host, ProfileStore? stored = null, IProfileSource? earlier = null)
{
    /// <summary>Returns the profile of a name, or <see langword="null"/>.</summary>
    /// <exception cref="InputException">There is one of that name, but it cannot be used.</exception>
    public async Task<Profile?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return host.Find(name)
            ?? (stored is null ? null : await stored.FindAsync(name, cancellationToken))
            ?? await ProfileVariation.FindAsync(name, varied => FindAsync(varied, cancellationToken))
            ?? earlier?.Find(name);
    }

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
        foreach (var (profile, fault) in await Task.WhenAll(names.Select(name => TryFindAsync(name, cancellationToken))))
        {
            if (fault is not null)
            {
                unusable(fault);
            }
            else if (profile is not null && !await IsVariationAsync(profile, cancellationToken))
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
        return IsOfHost(profile.Name) ? ProfileChange.OfHost
            : await SaysOtherAsync(profile, cancellationToken) ? ProfileChange.OtherVariation
            : await Stored.TryPutAsync(profile, cancellationToken) ? ProfileChange.Done
            : ProfileChange.Full;
    }

    /// <summary>Removes a profile that was stored. Runs keep theirs.</summary>
    /// <exception cref="InvalidOperationException">There is no storage.</exception>
    public async Task<ProfileChange> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return await Stored.DeleteAsync(name, cancellationToken) ? ProfileChange.Done
            : IsOfHost(name) ? ProfileChange.OfHost
            : ProfileChange.Unknown;
    }

    private ProfileStore Stored => stored ?? throw new InvalidOperationException("This catalog of profiles has no storage.");

    private bool IsOfHost(string name) => host.Names.Contains(name);

    private async Task<(Profile? Profile, InputException? Fault)> TryFindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await FindAsync(name, cancellationToken), null);
        }
        catch (InputException exception)
        {
            return (null, exception);
        }
    }

    /// <summary>Whether a profile's name says a variation that the profile is not.</summary>
    private async Task<bool> SaysOtherAsync(Profile profile, CancellationToken cancellationToken)
    {
        try
        {
            return await ProfileVariation.FindAsync(profile.Name, varied => FindAsync(varied, cancellationToken)) is not null
                && !await IsVariationAsync(profile, cancellationToken);
        }
        catch (InputException)
        {
            // There is such a profile, and it cannot be varied so.
            return true;
        }
    }

    /// <summary>Whether a profile is exactly what its name says of another one.</summary>
    private async Task<bool> IsVariationAsync(Profile profile, CancellationToken cancellationToken)
    {
        try
        {
            return await ProfileVariation.FindAsync(profile.Name, varied => FindAsync(varied, cancellationToken)) is { } derived
                && CanonicalJson.Of(derived).AsSpan().SequenceEqual(CanonicalJson.Of(profile));
        }
        catch (InputException)
        {
            // The other profile is broken or cannot be varied so: then this one is not a variation of it.
            return false;
        }
    }
}
