using MedQA.Evaluation.LanguageModels;
using MedQA.Pipeline.Notifying;
using MedQA.Web.Problems;

namespace MedQA.Web.Requests;

/// <summary>Parameters of the question set in a request's body.</summary>
internal static class SetParameters
{
    private const string Unnamed = "questions.csv";
    private const int MaxNameLength = 200;

    /// <summary>Returns the model that a request names; <see langword="null"/> if it names none.</summary>
    /// <exception cref="ProblemException">The service does not have it.</exception>
    public static ModelDescription? Model(ApiRequest request, Api api)
    {
        if (request.Query("model") is not { } name)
        {
            return null;
        }

        return api.AllModels.FirstOrDefault(known => known.Name == name)
            ?? throw Problem.BadParameter("model", api.Models.IsEmpty
                ? "cannot be chosen: this service has no model."
                : $"must be one of {string.Join(", ", api.AllModels.Select(static known => known.Name))}.");
    }

    /// <summary>Returns the name of the address that is told of the run's end; <see langword="null"/> if the request names none.</summary>
    /// <exception cref="ProblemException">The operator has not allowed it.</exception>
    public static string? Notify(ApiRequest request, Api api) => request.Query("notify") switch
    {
        null => null,
        NoticeOptions.None => NoticeOptions.None,
        var name when api.Notices.Find(name) is not null => name,
        _ when api.Notices.Addresses.IsEmpty => throw Problem.BadParameter(
            "notify", $"cannot be chosen: the service's setting {api.Notices.Setting} allows no address."),
        _ => throw Problem.BadParameter(
            "notify",
            $"must be one of {string.Join(", ", api.Notices.Addresses.Select(static known => known.Name))}, {NoticeOptions.None}: the "
                + $"service's setting {api.Notices.Setting} allows these."),
    };

    /// <summary>Returns the question set's name.</summary>
    /// <exception cref="ProblemException">The name is invalid.</exception>
    public static string Name(ApiRequest request, ApiLimits limits) => request.Query("name") switch
    {
        null => Unnamed,
        var name when limits.TakesAnyName => name,
        var name when name.Length <= MaxNameLength && !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl) => name,
        _ => throw Problem.BadParameter("name", $"must be a name of at most {MaxNameLength} characters, without control characters."),
    };
}
