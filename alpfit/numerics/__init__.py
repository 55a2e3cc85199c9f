"""Physics-free compiled code: quadrature, interpolation and a stiff integrator."""
