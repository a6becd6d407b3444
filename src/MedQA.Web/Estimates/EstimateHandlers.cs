using MedQA.Evaluation;
using MedQA.Evaluation.Profiles;
using MedQA.Pipeline.Profiles;
using MedQA.Pipeline.Queries;
using MedQA.Web.Contracts;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Estimates;

/// <summary>Estimates what a run would take.</summary>
internal static class EstimateHandlers
{
    /// <summary>
    /// Reads the question set in the body to its end and returns an estimate of its run. Stores nothing.
    /// </summary>
    public static async Task<IResult> EstimateAsync(Api api, ApiRequest request, CancellationToken cancellationToken)
    {
        var model = SetParameters.Model(request, api) ?? api.Models.FirstOrDefault();
        var (profile, _) = await ProfileParameters.FindAsync(api, request, cancellationToken);
        var alternatives = request.Switch("alternatives")
            ? (await api.ProfilesFor(model).ListAsync(static _ => { }, cancellationToken))
                .Select(listed => (listed.Name, VariedWherePossible(listed, request)))
                .ToList()
            : [];
        await using var body = LimitedBody.Of(request.Http, api.Limits.MaxUploadBytes);
        var estimates = new RunEstimates(api.Reader, api.Splitter, model, api.Ledger);
        var estimate = await estimates.ReadAsync(
            body, SetParameters.Name(request, api.Limits), request.Reading, profile, request.Caller, alternatives, cancellationToken);
        return Results.Json(estimate, WebJson.Readable.RunEstimate, Negotiation.Json);
    }

    /// <summary>A profile with the samples and the seed of a request, as far as its strategy takes them.</summary>
    private static Profile VariedWherePossible(Profile profile, ApiRequest request)
    {
        try
        {
            return ProfileVariation.Of(profile, profile.Strategy.TakesSamples ? request.Samples : null, request.Seed);
        }
        catch (InputException)
        {
            // It does not allow them, so a run of it would have its own.
            return profile;
        }
    }
}
