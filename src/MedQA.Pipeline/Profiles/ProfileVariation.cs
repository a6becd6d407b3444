using System.Globalization;
using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;

namespace MedQA.Pipeline.Profiles;

/// <summary>
/// Profiles with another number of samples or another seed. Their names say what differs, <c>self-consistency-samples-5-seed-7</c>, so
/// they need not be stored: whoever knows the profile can derive them. A variation has one name: the samples before the seed, each once,
/// and only what the profile itself does not say. Other spellings mean it, too.
/// </summary>
public static class ProfileVariation
{
    private const string SamplesMark = "-samples-";
    private const string SeedMark = "-seed-";

    /// <summary>The most characters of a profile's name.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Returns a profile with other samples or another seed; the profile itself where neither differs.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="samples">Samples per question; <see langword="null"/> for the profile's.</param>
    /// <param name="seed">The seed; <see langword="null"/> for the profile's.</param>
    /// <exception cref="InputException">The strategy does not allow it, or the name gets too long.</exception>
    public static Profile Of(Profile profile, int? samples, long? seed)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var (varied, name) = (profile, profile.Name);
        if (samples is { } number && number != profile.Samples)
        {
            varied = varied with { Samples = number };
            name = string.Create(CultureInfo.InvariantCulture, $"{name}{SamplesMark}{number}");
        }

        if (seed is { } start && start != profile.Seed)
        {
            varied = varied with { Seed = start };
            name = string.Create(CultureInfo.InvariantCulture, $"{name}{SeedMark}{start}");
        }

        return name == profile.Name ? profile
            : name.Length > MaxNameLength
                ? throw ProfileFault.Of(
                    profile.Name,
                    "name",
                    $"would be \"{name}\" with these samples and this seed, which has {name.Length} characters, but a name has at most "
                        + $"{MaxNameLength}. Give the profile a shorter name.")
                : ProfileReader.Check(varied with { Name = name }, name);
    }

    /// <summary>Whether a name says a variation of another profile.</summary>
    public static bool IsSaidBy(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return SaidBy(name) is not null;
    }

    /// <summary>
    /// Returns the last variation that a name says, and the name of the profile that it varies, which can say further ones;
    /// <see langword="null"/> where the name says none.
    /// </summary>
    internal static (string Varied, int? Samples, long? Seed)? SaidBy(string name)
    {
        var bySamples = name.LastIndexOf(SamplesMark, StringComparison.Ordinal);
        var bySeed = name.LastIndexOf(SeedMark, StringComparison.Ordinal);
        var digits = bySamples > bySeed ? bySamples + SamplesMark.Length : bySeed + SeedMark.Length;
        return Math.Max(bySamples, bySeed) <= 0 || !IsWritten(name[digits..], out var number) ? null
            : bySeed > bySamples ? (name[..bySeed], null, number)
            : number is >= 1 and <= Profile.MaxSamples ? (name[..bySamples], (int)number, null)
            : null;
    }

    /// <summary>Whether a text is a number as it is written in names: without leading zeros.</summary>
    private static bool IsWritten(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
        && number.ToString(CultureInfo.InvariantCulture) == text;
}
