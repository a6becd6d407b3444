using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Evaluation.Serialization;
using MedQA.Pipeline.Profiles;
using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MedQA.Web.Catalog;

/// <summary>Handlers for profiles.</summary>
internal static class ProfileHandlers
{
    /// <summary>
    /// Lists all profiles with their fields and strategies' descriptions. What holds no usable profile is left out, and named in the log.
    /// </summary>
    public static async Task<IResult> ListAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var logger = request.Http.HttpContext.RequestServices?.GetService<ILoggerFactory>()?.CreateLogger<ApiRoute>();
        var known = api.ProfilesFor(SetParameters.Model(request, api));
        var profiles = await known.ListAsync(fault => logger?.ProfileUnusable(fault.Message), cancellationToken);
        var ofHost = known.NamesOfHost.ToHashSet(StringComparer.Ordinal);
        return Conditional.Bytes(request, CanonicalJson.Catalog(profiles, profile => !ofHost.Contains(profile.Name)), Negotiation.Json);
    }

    /// <summary>Returns a profile.</summary>
    public static async Task<IResult> GetAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var name = request.Path["profile"];
        try
        {
            return Conditional.Bytes(
                request,
                CanonicalJson.Listed(
                    await api.ProfilesFor(SetParameters.Model(request, api)).FindAsync(name, cancellationToken)
                        ?? throw Problem.NoProfile(name)),
                Negotiation.Json);
        }
        catch (InputException exception)
        {
            // A name can say a variation that its profile does not allow. Otherwise what is stored is invalid.
            throw ProfileVariation.IsSaidBy(name) ? Problem.NoProfile(name, exception) : Problem.BrokenProfile(name, exception);
        }
    }

    /// <summary>
    /// Stores the profile in the body; one of its name that was stored before is replaced. An unlisted one is only kept for starts that
    /// state its hash.
    /// </summary>
    public static async Task<IResult> PutAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var (name, isUnlisted) = (request.Path["profile"], request.Switch("unlisted"));
        await using var body = LimitedBody.OfJson(request.Http, api.Limits.MaxProfileBytes);
        using var content = new MemoryStream();
        await body.CopyToAsync(content, cancellationToken);
        Profile profile;
        try
        {
            profile = ProfileReader.Parse(content.ToArray(), Problem.Shown(name));
        }
        catch (InputException exception)
        {
            throw Problem.BadBody(exception.Location.Field ?? "body", exception.Message);
        }

        if (profile.Name != name)
        {
            throw Problem.BadBody(
                "name", $"The profile's name is '{profile.Name}', but the path names '{Problem.Shown(name)}'; they must match.");
        }

        // Such fields decide which service answers, and at which price.
        if (profile.ModelOptions is not null && !request.IsAdmin)
        {
            throw Problem.BadBody("modelOptions", "'modelOptions' can be given by administrators only. Leave it out.");
        }

        return (isUnlisted
            ? await api.Profiles.PutUnlistedAsync(
                profile, cancellationToken, api.OtherModels.Select(static model => model.Profiles).OfType<IProfileSource>())
            : await api.Profiles.PutAsync(profile, cancellationToken)) switch
        {
            ProfileChange.OfHost => throw Problem.ProfileOfHost(name, "Store yours under another name."),
            ProfileChange.OtherVariation => throw Problem.BadBody(
                "name",
                $"'{name}' says another number of samples or another seed of a profile, and this is not that one. Give it another name."),
            ProfileChange.NameInUse => throw Problem.BadBody(
                "name",
                $"Another profile is stored under a name that would say a variation of '{name}', such as '{name}-samples-5'. Delete that "
                    + "one, or give this one another name."),
            ProfileChange.Full => throw Problem.TooManyProfiles(),
            _ => Results.Bytes(CanonicalJson.Listed(profile), Negotiation.Json),
        };
    }

    /// <summary>Removes a profile that was stored.</summary>
    public static async Task<IResult> DeleteAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var name = request.Path["profile"];
        try
        {
            return await api.Profiles.DeleteAsync(name, cancellationToken) switch
            {
                ProfileChange.OfHost => throw Problem.ProfileOfHost(name, "Only stored profiles can be deleted."),
                ProfileChange.Unknown => throw Problem.NoProfile(name),
                _ => Results.NoContent(),
            };
        }
        catch (InputException exception)
        {
            throw Problem.BrokenProfile(name, exception);
        }
    }
}
