using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;

namespace MedQA.Pipeline.Profiles;

/// <summary>
/// All profiles that question sets can name. A name is looked for among the profiles of the host, then it can say a
/// <see cref="ProfileVariation"/> of another profile, and last it is looked for among the profiles that earlier versions saved.
/// </summary>
/// <param name="host">The profiles of the host: built in, and from its files.</param>
/// <param name="earlier">Profiles that earlier versions saved, variations among them; <see langword="null"/> for none.</param>
public sealed class ProfileCatalog(IProfileSource host, IProfileSource? earlier = null)
{
    /// <summary>Returns the profile of a name, or <see langword="null"/>.</summary>
    /// <exception cref="InputException">There is one of that name, but it cannot be used.</exception>
    public async Task<Profile?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return host.Find(name)
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
        var profiles = new List<Profile>();
        foreach (var name in host.Names.Union(earlier?.Names ?? [], StringComparer.Ordinal))
        {
            try
            {
                if (await FindAsync(name, cancellationToken) is { } profile && !await IsVariationAsync(profile, cancellationToken))
                {
                    profiles.Add(profile);
                }
            }
            catch (InputException exception)
            {
                unusable(exception);
            }
        }

        return profiles;
    }

    /// <summary>Returns the names of all profiles that can be used.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(CancellationToken cancellationToken) =>
        [.. (await ListAsync(static _ => { }, cancellationToken)).Select(static profile => profile.Name)];

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
