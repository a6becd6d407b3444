using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Pipeline.Profiles;
using MedQA.Web.Problems;

namespace MedQA.Web.Requests;

/// <summary>The parameters that choose a profile: its name, and samples and seed in place of its own.</summary>
internal static class ProfileParameters
{
    /// <summary>Whether a request chooses a profile; otherwise the default profile is meant.</summary>
    public static bool AreGiven(ApiRequest request) =>
        request.Query("profile") is not null || request.Query("samples") is not null || request.Query("seed") is not null;

    /// <summary>Returns the chosen profile, and its name for an upload: <see langword="null"/> for the default profile.</summary>
    /// <exception cref="ProblemException">There is no such profile, or it does not allow these samples or this seed.</exception>
    public static async Task<(Profile Profile, string? Name)> FindAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var (given, samples, seed) = (request.Query("profile"), request.Samples, request.Seed);
        var name = given ?? api.DefaultProfile;
        var profile = await api.Profiles.FindAsync(name, cancellationToken) ?? throw Problem.UnknownProfile(name);
        Profile varied;
        try
        {
            varied = ProfileVariation.Of(profile, samples, seed);
        }
        catch (InputException exception)
        {
            throw Problem.BadParameter(samples is null ? "seed" : "samples", exception.Message);
        }

        if (varied.Name == profile.Name)
        {
            return (profile, given);
        }

        // An upload names its profile, so the name must mean this variation.
        return await api.Profiles.FindAsync(varied.Name, cancellationToken) is { } known
            && CanonicalJson.Of(known).AsSpan().SequenceEqual(CanonicalJson.Of(varied))
                ? (varied, varied.Name)
                : throw Problem.BadParameter(
                    samples is null ? "seed" : "samples",
                    $"These samples and this seed of profile '{profile.Name}' have the name '{varied.Name}', which another profile has. "
                        + "Give that profile another name.");
    }
}
