using MedQA.Web.Problems;

namespace MedQA.Web.Requests;

/// <summary>What a request says about the question set in its body.</summary>
internal static class SetParameters
{
    private const string Unnamed = "questions.csv";
    private const int MaxNameLength = 200;

    /// <summary>What the question set is called.</summary>
    /// <exception cref="ProblemException">It cannot be called so.</exception>
    public static string Name(ApiRequest request, ApiLimits limits) => request.Query("name") switch
    {
        null => Unnamed,
        var name when limits.TakesAnyName => name,
        var name when name.Length <= MaxNameLength && !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl) => name,
        _ => throw Problem.BadParameter("name", $"must be a name of at most {MaxNameLength} characters, without control characters."),
    };
}
