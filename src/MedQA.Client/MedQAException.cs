using System.Net;

namespace MedQA.Client;

/// <summary>
/// The service refused a request or could not answer it. The message says why and what to do, in the service's own words if it gave any.
/// </summary>
public sealed class MedQAException : Exception
{
    internal MedQAException(HttpStatusCode status, ProblemDetails details)
        : this(status, details.Detail ?? details.Title ?? $"The service responded with status {(int)status}.") =>
        (Status, Type, Parameter, Line) = (status, details.Type, details.Parameter, details.Line);

    internal MedQAException(HttpStatusCode status, string message)
        : base(message) =>
        Status = status;

    internal MedQAException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>The HTTP status; <see langword="null"/> if the service could not be reached or its response could not be read.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The machine-readable problem type, <c>urn:medqa:…</c>, or <see langword="null"/>.</summary>
    public string? Type { get; }

    /// <summary>The parameter at fault, if any.</summary>
    public string? Parameter { get; }

    /// <summary>The line of the question set at fault, from 1, if any.</summary>
    public int? Line { get; }
}
