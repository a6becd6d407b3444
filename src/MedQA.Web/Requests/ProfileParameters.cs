using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Profiles;
using MedQA.Web.Problems;

namespace MedQA.Web.Requests;

/// <summary>The parameters that choose a profile: its name, its hash, and samples and seed in place of its own.</summary>
internal static class ProfileParameters
{
    /// <summary>Whether a request chooses a profile; otherwise the default profile is meant.</summary>
    public static bool AreGiven(ApiRequest request) =>
        request.Query("profile") is not null
        || request.ProfileHash is not null
        || request.Query("samples") is not null
        || request.Query("seed") is not null;

    /// <summary>Returns the chosen profile, and its name for an upload: <see langword="null"/> for the default profile.</summary>
    /// <exception cref="ProblemException">There is no such profile, or it does not allow these samples or this seed.</exception>
    public static async Task<(Profile Profile, string? Name)> FindAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var (given, hash, samples, seed) = (request.Query("profile"), request.ProfileHash, request.Samples, request.Seed);
        var (name, profiles) = (given ?? api.DefaultProfile, api.ProfilesFor(SetParameters.Model(request, api)));
        var profile = await FirstAsync()
            ?? throw (hash is null ? Problem.UnknownProfile(name) : Problem.OtherProfile(name));
        var varied = profile;
        if (samples is not null || seed is not null)
        {
            try
            {
                varied = await profiles.FindAsync(name, hash, samples, seed, cancellationToken) ?? throw Problem.UnknownProfile(name);
            }
            catch (InputException exception)
            {
                throw Problem.BadParameter(samples is null ? "seed" : "samples", exception.Message);
            }
        }

        // A variation has one name, however the request spells it; so the same variation is the same upload.
        return (varied, given is null && varied.Name == profile.Name ? null : varied.Name);

        async Task<Profile?> FirstAsync()
        {
            try
            {
                return await profiles.FindAsync(name, hash, null, null, cancellationToken);
            }
            catch (InputException exception) when (!ProfileVariation.IsSaidBy(name))
            {
                throw Problem.BrokenProfile(name, exception);
            }
        }
    }
}
